/** The classes that occur in a map, the most frequent first. */

import type { OcclusionRecord } from "../data/occlusion";
import { number, plural } from "../lib/words";
import { type Common, OTHER, classNameOf, reachOf } from "./occlusion";
import type { Probe } from "./probe";

/** More are counted and not named. */
const MOST = 6;

interface ClassLegendProps {
  record: OcclusionRecord;
  place: number;
  probe: Probe | null;
  colours: Common["colours"];
}

export function ClassLegend({ record, place, probe, colours }: ClassLegendProps) {
  const all = [...reachOf(record, place).classes].sort((a, b) => b[1] - a[1]);
  const positions = record.facts.rows.length * record.facts.cols.length;
  const missing = positions - all.reduce((sum, [, times]) => sum + times, 0);
  return (
    <ul class="class-legend" aria-label="classes in the map">
      {all.slice(0, MOST).map(([label, times]) => {
        const name = classNameOf(probe, label);
        return (
          <li key={label} title={`${name}: ${times} of ${positions} positions`}>
            <i style={{ background: colours.get(name) ?? OTHER }} />
            <span>{name}</span>
            <small>{number((100 * times) / positions)}&#8201;%</small>
          </li>
        );
      })}
      {all.length > MOST && <li class="quiet">and {plural(all.length - MOST, "class", "classes")} more</li>}
      {missing > 0 && <li class="quiet">striped: {plural(missing, "position")} missing</li>}
    </ul>
  );
}
