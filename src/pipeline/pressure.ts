/** The one thing that comes back up the pipeline beside cancellation: whether the producer may go on. */
export interface Pressure {
  readonly writable: boolean;
  /** Called when `writable` turns true again. One listener. */
  onWritable: (() => void) | null;
}
