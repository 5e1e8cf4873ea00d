import { useLayoutEffect, useRef, useState } from "preact/hooks";

/** The width of an element in whole CSS pixels, 0 before it is laid out; follows the element and the zoom. */
export function useWidth<E extends HTMLElement>(): [{ current: E | null }, number] {
  const ref = useRef<E | null>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const measure = () => {
      // Rounded down: by where they stand, columns of one width may have clientWidths that differ by one.
      const width = Math.min(element.clientWidth, Math.floor(element.getBoundingClientRect().width));
      // A hidden tab has no size; what is drawn keeps the one it had.
      if (width > 0) setWidth(width);
    };
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
