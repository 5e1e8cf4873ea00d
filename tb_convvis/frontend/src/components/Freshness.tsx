/** How old what is seen is: when it was logged, when it was read. */

import { ago } from "../lib/words";
import { lastLogged, readAt, refresh } from "../state";
import { Icon } from "./Icon";
import { useNow } from "./useNow";

export function Freshness() {
  const at = Math.max(useNow(), readAt.value);
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
