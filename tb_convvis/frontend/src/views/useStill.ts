/** Whether the system asks for little motion: then nothing may flicker. */

import { useEffect, useState } from "preact/hooks";

export function useStill(): boolean {
  const [media] = useState(() => window.matchMedia("(prefers-reduced-motion: reduce)"));
  const [still, setStill] = useState(media.matches);
  useEffect(() => {
    const follow = () => setStill(media.matches);
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, [media]);
  return still;
}
