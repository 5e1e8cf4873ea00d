/** One kind of request at a time: a newer one drops the older. */

import type { Want } from "../data/plan";
import { store } from "../state";

export interface Lane {
  fetch: (wants: readonly Want[], then?: () => void) => void;
  drop: () => void;
}

export function lane(): Lane {
  let current: AbortController | null = null;
  const drop = () => current?.abort();
  return {
    drop,
    fetch: (wants, then) => {
      if (wants.length === 0) return;
      drop();
      const { signal } = (current = new AbortController());
      void store.ensure(wants, signal).then(() => signal.aborted || then?.());
    },
  };
}
