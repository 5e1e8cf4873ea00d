/** How old what is seen is: when it was logged, when it was read. */

import { useEffect, useState } from "preact/hooks";
import { ago } from "../lib/words";
import { lastLogged, readAt, refresh } from "../state";
import { Icon } from "./Icon";

export function Freshness() {
  const [now, setNow] = useState(Date.now() / 1000);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now() / 1000), 1_000);
    return () => clearInterval(timer);
  }, []);
  const at = Math.max(now, readAt.value);
  const logged = lastLogged.value > 0 ? `last logged ${ago(at - lastLogged.value)} · ` : "";
  const words = readAt.value > 0 ? `${logged}read ${ago(at - readAt.value)}` : logged;
  return (
    <div class="freshness">
      <span title={words}>{words}</span>
      <button type="button" class="plain" aria-label="read again" title="Read again" onClick={() => void refresh()}>
        <Icon name="reload" />
      </button>
    </div>
  );
}
