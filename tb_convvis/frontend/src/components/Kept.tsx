/**
 * What is rendered again only where something it is made of is another.
 *
 * Not `useMemo` of elements: Preact links an element that is used again to the page as it was when it was made,
 * which then is never let go.
 */

import { Component, type ComponentChildren } from "preact";

interface KeptProps {
  /** All that `children` reads, signals too. */
  by: readonly unknown[];
  children: () => ComponentChildren;
}

export class Kept extends Component<KeptProps> {
  override shouldComponentUpdate({ by }: KeptProps): boolean {
    return by.length !== this.props.by.length || by.some((one, at) => one !== this.props.by[at]);
  }

  override render() {
    return this.props.children();
  }
}
