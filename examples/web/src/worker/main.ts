// The worker: it starts the modules and holds the file. It sends `ready` once it has a handler for messages, because a message
// before that would be lost.
import { OathError, startCodes, startSeeds } from "oath-totp/embed";
import codes from "oath-totp/wasm/codes-simd.wasm?packed";
import seeds from "oath-totp/wasm/seeds-simd.wasm?packed";
import type { FromWorker, Refusal, ToWorker } from "../protocol.js";
import { Stopped, Task } from "./task.js";
import { makeBench } from "./bench.js";

const say = (message: FromWorker, transfer: Transferable[] = []) => self.postMessage(message, { transfer });

async function unpacked(text: string): Promise<ArrayBuffer> {
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

const tasks = new Map<number, Task>();

function refusal(error: unknown): Refusal {
  if (error instanceof OathError) return { code: error.code, message: error.message, action: error.action };
  if (error instanceof Stopped) return { code: "stopped", message: "Stopped.", action: "" };
  return { code: "fault", message: error instanceof Error ? error.message : String(error), action: "reload the page" };
}

async function start() {
  await startCodes(await unpacked(codes));
  await startSeeds(await unpacked(seeds));
  self.onmessage = async ({ data }: MessageEvent<ToWorker>) => {
    if ("cancel" in data) {
      tasks.get(data.cancel)?.stop();
      return;
    }
    const { id, method, args } = data;
    const task = new Task((share) => say({ id, progress: share }));
    tasks.set(id, task);
    try {
      const call = bench[method] as (task: Task, ...args: unknown[]) => unknown;
      const value = await call(task, ...args);
      say({ id, value });
    } catch (error) {
      say({ id, refused: refusal(error) });
    } finally {
      tasks.delete(id);
    }
  };
  say({ ready: true });
}

const bench = makeBench();
start().catch((error: unknown) => {
  const old = !WebAssembly.validate || error instanceof WebAssembly.CompileError;
  say({ failed: old ? "This browser is too old for the page: it needs WebAssembly with SIMD." : refusal(error).message });
});
