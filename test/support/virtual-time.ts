// Virtual time with real promises: jest's fake timers, driven one by one, and the microtasks of each run out.
const turn = setImmediate;
const FAKED_NOT = ['setImmediate', 'nextTick', 'queueMicrotask'] as const;

export function startTime(): void {
  jest.useFakeTimers({ doNotFake: [...FAKED_NOT], now: new Date('2026-01-01T00:00:00Z') });
}

export function stopTime(): void {
  jest.useRealTimers();
}

/** Runs timers, for at most so many ms of their time, until it is enough or none is left. */
export async function runTimers(ms: number, isEnough: () => boolean): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    await new Promise<void>((done) => void turn(done));
    if (isEnough() || jest.getTimerCount() === 0 || Date.now() > end) return;
    jest.advanceTimersToNextTimer();
  }
}
