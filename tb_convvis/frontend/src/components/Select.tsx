/** A choice among many, by name. */

export interface SelectProps {
  label: string;
  options: readonly string[];
  value: string;
  onChange: (value: string) => void;
}

export function Select({ label, options, value, onChange }: SelectProps) {
  return (
    <label class="select">
      <span>{label}</span>
      {options.length === 1 ? (
        <output title={options[0] ?? ""}>{options[0]}</output>
      ) : (
        <select value={value} title={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {options.map((option) => (
            <option key={option} value={option}>
              {option}
            </option>
          ))}
        </select>
      )}
    </label>
  );
}
