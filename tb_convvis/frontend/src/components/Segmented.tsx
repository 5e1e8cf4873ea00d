/** A choice among a few, all of them seen at once. */

export interface SegmentedProps<T extends string> {
  label: string;
  choices: readonly { value: T; text: string; title?: string; disabled?: boolean }[];
  value: T;
  onChange: (value: T) => void;
}

export function Segmented<T extends string>({ label, choices, value, onChange }: SegmentedProps<T>) {
  return (
    <fieldset class="segmented">
      <legend>{label}</legend>
      {choices.map((choice) => (
        <label key={choice.value} title={choice.title ?? ""} class={choice.value === value ? "on" : ""}>
          <input
            type="radio"
            name={label}
            value={choice.value}
            checked={choice.value === value}
            disabled={choice.disabled ?? false}
            onChange={() => onChange(choice.value)}
          />
          {choice.text}
        </label>
      ))}
    </fieldset>
  );
}
