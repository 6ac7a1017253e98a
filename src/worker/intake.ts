import type { RunConsumer } from '../shared/queue/run-consumer.ts';

/** Does this worker take runs? Not when it stops, and not while an operator drains it; what it has taken goes on in both cases. */
export interface Intake {
  readonly state: 'open' | 'drained' | 'stopping';
  /** From now on these are paused and resumed with the state. */
  control(consumers: readonly RunConsumer[]): Promise<void>;
  /** What the record says the operator wants. Safe to repeat. */
  drain(wanted: boolean): Promise<void>;
  /** For good. */
  stop(): Promise<void>;
}

export function createIntake(): Intake {
  let consumers: readonly RunConsumer[] = [];
  let drained = false;
  let stopping = false;
  const each = (act: (consumer: RunConsumer) => Promise<void>) => Promise.all(consumers.map(act));
  return {
    get state() {
      if (stopping) return 'stopping';
      return drained ? 'drained' : 'open';
    },
    async control(made) {
      consumers = made;
      if (drained) await each((consumer) => consumer.pause());
    },
    async drain(wanted) {
      if (stopping || wanted === drained) return;
      drained = wanted;
      await each((consumer) => (wanted ? consumer.pause() : consumer.resume()));
    },
    async stop() {
      stopping = true;
      await each((consumer) => consumer.pause());
    },
  };
}
