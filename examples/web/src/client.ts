// Calls the worker from the page. A call returns a promise, can report its progress, and can be stopped.
import type { Bench, FromWorker, Method, Refusal, ToWorker } from "./protocol.js";
import BenchWorker from "./worker/main.ts?worker&inline";

export class Refused extends Error {
  readonly code: string;
  readonly action: string;

  constructor({ code, message, action }: Refusal) {
    super(message);
    this.code = code;
    this.action = action;
  }
}

interface Waiting {
  done(value: unknown): void;
  failed(error: Error): void;
  progress: ((share: number) => void) | undefined;
}

export interface Options {
  progress?: (share: number) => void;
  signal?: AbortSignal;
}

type Args<M extends Method> = Parameters<Bench[M]>;
type Value<M extends Method> = Awaited<ReturnType<Bench[M]>>;

const waiting = new Map<number, Waiting>();
const worker = new BenchWorker();
let last = 0;

const ready = new Promise<void>((done, failed) => {
  worker.onerror = ({ message }) => failed(new Error(message || "The worker could not be started."));
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if ("ready" in data) return done();
    if ("failed" in data) return failed(new Error(data.failed));
    const call = waiting.get(data.id);
    if (!call) return;
    if ("progress" in data) return call.progress?.(data.progress);
    waiting.delete(data.id);
    if ("refused" in data) call.failed(new Refused(data.refused));
    else call.done(data.value);
  };
});
/** Without a handler here, the browser would report the rejection before the first call does. */
ready.catch(() => {});

export async function call<M extends Method>(method: M, args: Args<M>, { progress, signal }: Options = {}): Promise<Awaited<Value<M>>> {
  await ready;
  const id = (last += 1);
  signal?.addEventListener("abort", () => worker.postMessage({ cancel: id } satisfies ToWorker));
  const answer = new Promise<Value<M>>((done, failed) => {
    waiting.set(id, { done: (value) => done(value as Value<M>), failed, progress });
    worker.postMessage({ id, method, args } satisfies ToWorker);
  });
  return answer as Promise<Awaited<Value<M>>>;
}
