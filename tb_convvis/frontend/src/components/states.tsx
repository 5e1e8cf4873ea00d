/** What stands where a picture cannot: each state says what is the matter and what helps. */

import type { ComponentChildren } from "preact";
import { lastFailures } from "../data/status";
import { ago, roomFor } from "../lib/words";
import { ASKED_EVERY, readAt, refresh, shownIndexes, titles } from "../state";
import { Snippet } from "./Snippet";
import { useNow } from "./useNow";

export function Loading({ height, label = "loading" }: { height: number; label?: string }) {
  return <div class="skeleton" role="status" aria-label={label} style={{ height: `${height}px` }} />;
}

/** The server's reasons already say "damaged" or "failed" where they begin so. */
export function Failed({ words }: { words: string }) {
  const said = /^(damaged|failed)/i.test(words);
  return (
    <p class="notice failed" role="alert">
      <strong>{said ? "" : /checksum/.test(words) ? "damaged: " : "failed: "}</strong>
      {words}
    </p>
  );
}

export function Note({ children }: { children: ComponentChildren }) {
  return <p class="notice">{children}</p>;
}

export function Absent({ words }: { words: string }) {
  return <p class="absent">{words}</p>;
}

interface DownsampledProps {
  kept: number;
  logged: number;
  /** The plugin of TensorBoard's whose records were sampled. */
  plugin?: "convvis" | "histograms";
}

/** TensorBoard kept only some of the epochs. */
export function Downsampled({ kept, logged, plugin = "convvis" }: DownsampledProps) {
  return (
    <Note>
      {kept} of {logged} logged epochs were kept by TensorBoard{plugin === "convvis" ? "" : ` (${plugin})`}: start it with{" "}
      <code>--samples_per_plugin={plugin}={roomFor(logged, plugin === "convvis" ? 1000 : 500)}</code>.
    </Note>
  );
}

interface RetryProps {
  words: string;
  /** Whether the page asks again by itself until it is answered. */
  lost: boolean;
  onRetry: () => void;
}

export function Retry({ words, lost, onRetry }: RetryProps) {
  return (
    <div class="banner" role="alert">
      <span>
        {words}
        {lost && ` It is asked again every ${ASKED_EVERY / 1000} seconds; what was read stays.`}
      </span>
      <button type="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}

const CODE = `from tb_convvis.callbacks import ConvVis

model.fit(x, y, epochs=20, callbacks=[
    ConvVis("logs/run1", data=(x_val, y_val)),
])`;

interface UnloggedProps {
  what: string;
  /** Whose failures are the reason, if it failed. */
  view: string;
  words: string;
  /** Whether it takes pictures to log it. */
  pictures?: boolean;
}

/** What a view needs was not logged, or not read yet. */
export function Unlogged({ what, view, words, pictures = true }: UnloggedProps) {
  const age = Math.max(0, useNow() - readAt.value);
  const shown = shownIndexes.value;
  const failed = shown.map((index) => ({ run: index.run, reasons: lastFailures(index, view) })).filter(({ reasons }) => reasons.length > 0);
  return (
    <section class="unlogged">
      <h2>The chosen runs logged no {what}</h2>
      {failed.map(({ run, reasons }) => (
        <Failed key={run} words={`${shown.length > 1 ? `${titles.value.get(run) ?? run}: ` : ""}${reasons.join(" ")}`} />
      ))}
      {failed.length < shown.length && (
        <>
          <p>{words}{pictures && ", so the callback needs pictures: give it some of your validation data"}.</p>
          <Snippet code={CODE} />
        </>
      )}
      <p class="quiet">
        The logs were last read {ago(age)}; what was written since then is not here yet.{" "}
        <button type="button" class="link" onClick={() => void refresh()}>
          Look again
        </button>
      </p>
    </section>
  );
}

/** Nothing of ours in the log directory; other runs there may be. */
export function Empty({ otherRuns, onRetry }: { otherRuns: number; onRetry: () => void }) {
  return (
    <section class="empty">
      <h1>{otherRuns > 0 ? "None of these runs was logged by ConvVis" : "Nothing is logged here yet"}</h1>
      <p>
        {otherRuns > 0
          ? `TensorBoard found ${otherRuns === 1 ? "one run" : `${otherRuns} runs`} in this log directory, but ConvVis logged none of them. Add its callback to your training:`
          : "ConvVis shows what each convolution layer learns, epoch by epoch. Add its callback to your training, with a directory inside the one TensorBoard reads:"}
      </p>
      <Snippet code={CODE} />
      <p class="quiet">
        The first epoch appears here a few seconds after it is logged.{" "}
        <button type="button" class="link" onClick={onRetry}>
          Look again
        </button>
      </p>
    </section>
  );
}
