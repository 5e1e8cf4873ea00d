/** What is known of one layer of a network. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { FactList } from "../components/FactList";
import { useWidth } from "../components/useWidth";
import type { Network } from "../data/network";
import { type Marks, openMark } from "./networkMarks";
import type { SceneNode } from "./networkScene";
import { argumentWords, fieldWords, parameterWords, shapeWords } from "./networkWords";

export interface LayerFactsProps {
  node: SceneNode;
  /** The name by which it is shown beside the layers of other runs. */
  shown: string;
  /** What runs with the same network call it, where they call it otherwise. */
  elsewhere: readonly string[];
  network: Network;
  marks: Marks;
}

/** Keeps the height of the most it has said: what stands below would else move away from the pointer that it follows. */
function useTallest(): { current: HTMLElement | null } {
  const [ref, width] = useWidth<HTMLElement>();
  const most = useRef({ width, height: 0 });
  useLayoutEffect(() => {
    if (most.current.width !== width) most.current = { width, height: 0 };
    ref.current?.style.setProperty("--tallest", "0px");
    most.current.height = Math.max(most.current.height, ref.current?.scrollHeight ?? 0);
    ref.current?.style.setProperty("--tallest", `${most.current.height}px`);
  });
  return ref;
}

export function LayerFacts({ node, shown, elsewhere, network, marks }: LayerFactsProps) {
  const ref = useTallest();
  const { facts } = node;
  const logged = marks(node);
  const rows: [string, string][] = [
    ["Output", shapeWords(node.output) || "not known"],
    ...(node.reads.length > 0 ? [["Reads", node.reads.join(", ")] as [string, string]] : []),
    ...(facts ? [["Parameters", parameterWords(facts, network.parameters)] as [string, string], ...argumentWords(facts)] : []),
    ...fieldWords(network.fields.get(node.path), network),
  ];
  return (
    <aside class="layer-facts" aria-label="layer" ref={ref}>
      <h3>{node.path}</h3>
      <p class="quiet">
        {node.class}
        {node.layer !== null && node.layer !== node.path && `, a further call of ${node.layer}`}
        {elsewhere.length > 0 && `, ${elsewhere.join(", ")}`}
        {shown !== node.path && `, shown as ${shown} beside the other runs`}
      </p>
      <FactList facts={rows} />
      {logged.length > 0 ? (
        <div class="marks">
          {logged.map((mark) => (
            <button key={mark.id} type="button" onClick={() => openMark(mark)}>
              {mark.title}
            </button>
          ))}
        </div>
      ) : (
        <p class="quiet">Nothing was logged of this layer.</p>
      )}
    </aside>
  );
}
