/** What happens at the position of the occluder, beside what the network says of the whole picture. */

import type { OcclusionRecord } from "../data/occlusion";
import { playing } from "../playback";
import { occluderAt } from "../settings";
import { positionOf } from "./occlusion";
import { positionWords } from "./occlusionWords";
import type { Probe } from "./probe";

interface OcclusionReadingProps {
  record: OcclusionRecord;
  place: number;
  probe: Probe | null;
}

export function OcclusionReading({ record, place, probe }: OcclusionReadingProps) {
  const at = occluderAt.value;
  const { where, ...said } = positionWords(record, place, positionOf(record, place, at), probe);
  return (
    <div class="occlusion-reading" aria-live={playing.value ? "off" : "polite"}>
      <p>
        Occluder at {where}
        <small>{at ? "Escape puts it back." : "Where the probability is lowest; point at a panel to move it."}</small>
      </p>
      <dl>
        {Object.entries(said).map(([name, [value, whole]]) => (
          <div key={name} data-reading={name}>
            <dt>{name}</dt>
            <dd>
              <b>{value}</b> <small>{whole}</small>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
