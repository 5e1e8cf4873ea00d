/** A and B by turns, until it is paused: in all pictures at the same time. */

import { useEffect, useState } from "preact/hooks";

/** Milliseconds for which each is seen: two changes a second. */
const TURN = 500;

export interface Flicker {
  /** Whether B is seen. */
  second: boolean;
  paused: boolean;
  pause: () => void;
}

export function useFlicker(on: boolean): Flicker {
  const [second, setSecond] = useState(false);
  const [paused, setPaused] = useState(false);
  const running = on && !paused;
  useEffect(() => {
    if (!running) return undefined;
    const timer = setInterval(() => setSecond((now) => !now), TURN);
    return () => clearInterval(timer);
  }, [running]);
  return { second, paused, pause: () => setPaused(!paused) };
}
