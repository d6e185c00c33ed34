/** Thrown by a task after the page has stopped it. */
export class Stopped extends Error {}

/** One call from the page. It reports progress, and the page can stop it at a pause. */
export class Task {
  #stopped = false;
  #told = -1;
  readonly #tell: (share: number) => void;

  constructor(tell: (share: number) => void) {
    this.#tell = tell;
  }

  stop() {
    this.#stopped = true;
  }

  /** Reports progress in whole percents, to limit the number of messages. */
  progress(done: number, total: number) {
    const share = total > 0 ? Math.floor((done / total) * 100) : 100;
    if (share === this.#told) return;
    this.#told = share;
    this.#tell(share / 100);
  }

  /** Waits until the worker has read its messages. Throws if one of them stops this task. */
  async pause() {
    await new Promise((done) => setTimeout(done, 0));
    if (this.#stopped) throw new Stopped();
  }
}
