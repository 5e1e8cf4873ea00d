/** Two pictures in one place with a border between them: A at its left, B at its right. */

import type { ComponentChild } from "preact";
import { useRef } from "preact/hooks";
import { wipeAt } from "../settings";

const HALF = 50;

interface WipeProps {
  a: ComponentChild;
  b: ComponentChild;
  what: string;
}

function put(share: number): void {
  const rounded = Math.round(Math.max(0, Math.min(100, share)));
  wipeAt.value = rounded === HALF ? null : rounded;
}

export function Wipe({ a, b, what }: WipeProps) {
  const box = useRef<HTMLDivElement>(null);
  const at = Math.max(0, Math.min(100, wipeAt.value ?? HALF));
  const follow = (event: PointerEvent) => {
    const { left, width } = box.current?.getBoundingClientRect() ?? { left: 0, width: 1 };
    if (event.buttons & 1) put((100 * (event.clientX - left)) / width);
  };
  const onPointerDown = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    follow(event);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves = new Map([
      ["ArrowLeft", -2], ["ArrowDown", -2], ["ArrowRight", 2], ["ArrowUp", 2],
      ["PageDown", -20], ["PageUp", 20], ["Home", -100], ["End", 100],
    ]);
    const move = moves.get(event.key);
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    put(at + move);
  };
  return (
    <div class="tile-stack wipe" ref={box} onPointerDown={onPointerDown} onPointerMove={follow}>
      {a}
      <div class="over" style={{ clipPath: `inset(0 0 0 ${at}%)` }}>{b}</div>
      <div
        class="border"
        role="slider"
        tabIndex={0}
        aria-label={`border between A and B, ${what}`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={at}
        aria-valuetext={`A in the left ${at} %, B in the rest`}
        style={{ left: `${at}%` }}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
