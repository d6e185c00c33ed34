using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (services = [(name = "main", worker = .worker)]);

const worker :Workerd.Worker = (
  modules = [
    (name = "worker.mjs", esModule = embed "out/worker.mjs"),
    (name = "wasm/codes-simd.wasm", wasm = embed "node_modules/oath-totp/wasm/codes-simd.wasm"),
    (name = "wasm/seeds-simd.wasm", wasm = embed "node_modules/oath-totp/wasm/seeds-simd.wasm"),
  ],
  compatibilityDate = "2025-01-01",
);
