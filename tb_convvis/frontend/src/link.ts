/** A link to what is seen now. */

import { addressOf } from "./host";
import { layer } from "./layers";
import { serialise } from "./settings";
import { position, shownRuns } from "./state";

/** What follows the newest log in the page's own address is named here: the link shows what was seen. */
export function linkToThis(): string {
  const values = serialise();
  values.set("runs", JSON.stringify(shownRuns.value));
  values.set("step", String(Number(position.value.toFixed(6))));
  // Which keys do something is no part of what is seen.
  values.delete("keys");
  if (layer.value) values.set("layer", layer.value);
  return addressOf(values);
}
