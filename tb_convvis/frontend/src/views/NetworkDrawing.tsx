/** A network as a graph: its layers from top to bottom, lines for what each reads. */

import { useEffect, useMemo, useRef } from "preact/hooks";
import { Icon } from "../components/Icon";
import { useWidth } from "../components/useWidth";
import { layerPath } from "../settings";
import { type Drawing, type PlacedNode, drawingOf } from "./networkLayout";
import { type Marks, openMark } from "./networkMarks";
import type { Scene, SceneNode } from "./networkScene";
import { classWords, shapeWords } from "./networkWords";

/** Down to this a drawing is made smaller to fit, in CSS pixels with this much room on either side. */
const SMALLEST = 0.8;
const MARGIN = 18;

export interface NetworkDrawingProps {
  scene: Scene;
  marks: Marks;
  /** Path of the call that is looked at. */
  selected: string;
  onSelect: (node: SceneNode) => void;
  onFold: (node: SceneNode) => void;
  /** Null where the pointer leaves. */
  onHover: (node: SceneNode | null) => void;
}

export function NetworkDrawing({ scene, marks, selected, onSelect, onFold, onHover }: NetworkDrawingProps) {
  const [ref, width] = useWidth<HTMLDivElement>();
  const settled = useRef(false);
  const drawing = useMemo(() => drawingOf(scene, (node) => marks(node).length > 0), [scene, marks]);
  const { nodes } = drawing;
  // Before any layer is chosen, or with the chosen one folded away, the first is in the order of tabs.
  const roving = Math.max(nodes.findIndex(({ kind }) => kind !== "port"), nodes.findIndex(({ node }) => node.path === selected));
  const buttonAt = (at: number) => ref.current?.querySelector<HTMLElement>(`[data-node="${at}"]`);

  useEffect(() => {
    if (width === 0) return;
    const where = settled.current ? "nearest" : "center";
    settled.current = true;
    buttonAt(roving)?.scrollIntoView({ block: layerPath.value === "" ? "nearest" : where, inline: where });
  }, [selected, drawing, width > 0]);

  const onKeyDown = (event: KeyboardEvent) => {
    const target = neighbourOf(nodes, roving, event.key);
    if (event.ctrlKey || event.metaKey || target === null) return;
    event.preventDefault();
    event.stopPropagation();
    const node = nodes[target]?.node;
    if (node) onSelect(node);
    buttonAt(target)?.focus();
  };
  const open = (node: SceneNode) => {
    const [mark] = marks(node);
    if (node.inside > 0) onFold(node);
    else if (mark) openMark(mark);
  };

  return (
    <div class="network-graph" ref={ref}>
      <div class="network-sheet" style={{ width: `${drawing.width}px`, height: `${drawing.height}px`, zoom: Math.max(SMALLEST, Math.min(1, (width - 2 * MARGIN) / drawing.width)) }} onKeyDown={onKeyDown} onMouseLeave={() => onHover(null)}>
        <Background drawing={drawing} />
        {nodes.map(({ node, x, y, width, height, kind }, at) => (
          <div key={node.path} class={`layer ${kind} ${node.path === selected ? "on" : ""}`} style={{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` }}>
            {kind === "port" ? (
              `${node.name} ${shapeWords(node.output)}`
            ) : (
              <>
                <button
                  type="button"
                  data-node={at}
                  title={`${node.name} · ${node.class}`}
                  tabIndex={at === roving ? 0 : -1}
                  aria-current={node.path === selected}
                  aria-expanded={node.inside > 0 ? nodes[at + 1]?.node.path.startsWith(`${node.path}/`) ?? false : undefined}
                  onMouseEnter={() => onHover(node)}
                  onClick={() => {
                    onSelect(node);
                    if (node.inside > 0) onFold(node);
                  }}
                  onKeyDown={(event) => {
                    if (event.key !== "Enter") return;
                    event.preventDefault();
                    open(node);
                  }}
                >
                  {node.inside > 0 && <Icon name="fold" />}
                  <b>{node.name}</b>
                  {kind === "first" && <span class="shape">{shapeWords(node.output)}</span>}
                  <small>{classWords(node)}</small>
                </button>
                <Logged node={node} marks={marks} />
              </>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function Logged({ node, marks }: { node: SceneNode; marks: Marks }) {
  const logged = marks(node);
  return logged.length === 0 ? null : (
    <div class="marks">
      {logged.map((mark) => (
        <button key={mark.id} type="button" tabIndex={-1} title={`Show ${node.name} in ${mark.title}`} onClick={() => openMark(mark)}>
          {mark.title}
        </button>
      ))}
    </div>
  );
}

function Background({ drawing }: { drawing: Drawing }) {
  return (
    <>
      {drawing.frames.map(({ path, x, y, width, height, model }) => (
        <div key={path} class={model ? "frame model" : "frame"} style={{ left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` }} />
      ))}
      <svg class="wires" width={drawing.width} height={drawing.height} aria-hidden="true">
        {drawing.wires.map((path) => <path key={path} d={path} />)}
      </svg>
    </>
  );
}

/** The node that lies closest in the direction of an arrow key; null where there is none, or it is another key. */
function neighbourOf(nodes: readonly PlacedNode[], at: number, key: string): number | null {
  const direction = new Map([["ArrowUp", [0, -1]], ["ArrowDown", [0, 1]], ["ArrowLeft", [-1, 0]], ["ArrowRight", [1, 0]]]).get(key);
  const here = nodes[at];
  if (!direction || !here) return null;
  const [right = 0, down = 0] = direction;
  let best: number | null = null;
  let least = Infinity;
  nodes.forEach(({ kind, x, y, width }, other) => {
    const across = x + width / 2 - here.x - here.width / 2;
    const along = right * across + down * (y - here.y);
    // What lies aside counts less than what lies straight on.
    const distance = along + 3 * Math.abs(down === 0 ? y - here.y : across);
    if (kind === "port" || along <= 0 || distance >= least) return;
    least = distance;
    best = other;
  });
  return best;
}
