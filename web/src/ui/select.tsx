import { useId, type ComponentProps } from 'react'
import './select.css'

export type SelectProps = Omit<ComponentProps<'select'>, 'id' | 'children'> & {
  label: string
  options: { value: string; label: string }[]
  hideLabel?: boolean
}

/** A native select with its label. */
export function Select({ label, options, hideLabel, ...select }: SelectProps) {
  const id = useId()
  return (
    <div className="field">
      <label className={hideLabel ? 'visually-hidden' : 'field-label'} htmlFor={id}>
        {label}
      </label>
      <select {...select} id={id} className="input select">
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  )
}
