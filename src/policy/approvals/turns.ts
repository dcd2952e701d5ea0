/** Tasks under one name follow one another; those of different names run side by side. */
export class Turns {
  /** The tail of each queue. */
  readonly #queues = new Map<string, Promise<unknown>>();

  take<T>(name: string, task: () => Promise<T>): Promise<T> {
    const turn = (this.#queues.get(name) ?? Promise.resolve()).then(task, task);
    const done = turn.then(
      () => {},
      () => {},
    );
    this.#queues.set(name, done);
    void done.then(() => {
      if (this.#queues.get(name) === done) this.#queues.delete(name);
    });
    return turn;
  }
}
