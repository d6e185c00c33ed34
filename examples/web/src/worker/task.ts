/** Somebody no longer wants the answer. */
export class Stopped extends Error {}

/** One call from the page: it hears how far the work is, and may stop it in between. */
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

  /** By the hundredth, so that the page is not flooded. */
  progress(done: number, total: number) {
    const share = total > 0 ? Math.floor((done / total) * 100) : 100;
    if (share === this.#told) return;
    this.#told = share;
    this.#tell(share / 100);
  }

  /** Lets messages in. */
  async pause() {
    await new Promise((done) => setTimeout(done, 0));
    if (this.#stopped) throw new Stopped();
  }
}
