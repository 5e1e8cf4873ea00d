/** Code to copy; where the browser refuses that, it is selected, so that a key copies it. */

import { useRef, useState } from "preact/hooks";

export function Snippet({ code }: { code: string }) {
  const [said, setSaid] = useState("");
  const text = useRef<HTMLPreElement>(null);
  const copy = async () => {
    try {
      // Lacking where TensorBoard is not reached over https or at localhost.
      await navigator.clipboard.writeText(code);
      setSaid("Copied");
    } catch {
      if (text.current) getSelection()?.selectAllChildren(text.current);
      setSaid("Selected: press Ctrl+C");
    }
  };
  return (
    <div class="snippet">
      <pre tabIndex={0} ref={text}>{code}</pre>
      <div>
        <span role="status">{said}</span>
        <button type="button" onClick={() => void copy()}>
          Copy
        </button>
      </div>
    </div>
  );
}
