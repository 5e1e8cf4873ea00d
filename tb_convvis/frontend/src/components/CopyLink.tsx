/** Copies a link to what is seen; where the browser refuses that, the address stands there to be copied. */

import { useEffect, useRef, useState } from "preact/hooks";
import { linkToThis } from "../link";

export function CopyLink() {
  const [copied, setCopied] = useState(false);
  const [address, setAddress] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), [address]);
  const copy = async () => {
    const link = linkToThis();
    try {
      // Lacking where TensorBoard is not reached over https or at localhost.
      await navigator.clipboard.writeText(link);
      setCopied(true);
      setAddress(null);
    } catch {
      setCopied(false);
      setAddress(link);
    }
  };
  return (
    <div class="copy-link">
      <button type="button" class="choice" onClick={() => void copy()}>
        {copied ? "Link copied" : "Copy link"}
      </button>
      <span class="quiet" role="status">
        {address === null ? "to these runs, layer, epoch and settings" : "The browser does not allow copying: press Ctrl+C."}
      </span>
      {address !== null && <input ref={field} readOnly aria-label="address of what is shown" value={address} />}
    </div>
  );
}
