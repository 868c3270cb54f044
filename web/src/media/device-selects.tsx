import type { DeviceView } from '@roomkey/client/react'
import { Select } from '../ui/select.tsx'
import { useMedia, type MediaScope } from './media-provider.tsx'
import { MicrophoneLevel } from './microphone-level.tsx'
import './device-selects.css'

/** Which camera and which microphone. The choice is remembered. */
export function DeviceSelects({ audioOnly = false }: MediaScope) {
  const { camera, microphone } = useMedia()
  return (
    <div className="device-selects">
      {!audioOnly && <DeviceSelect label="Camera" device={camera} none="No camera found" />}
      <div className="device-microphone">
        <DeviceSelect label="Microphone" device={microphone} none="No microphone found" />
        <MicrophoneLevel />
      </div>
    </div>
  )
}

function DeviceSelect({ label, device, none }: { label: string; device: DeviceView; none: string }) {
  const named = device.devices.filter((info) => info.label !== '')
  const options = named.map((info) => ({ value: info.deviceId, label: info.label }))
  // Browsers keep the names to themselves until permission was given once.
  if (options.length === 0) options.push({ value: '', label: device.permission === 'granted' ? none : 'The usual one' })
  const inUse = device.track?.getSettings().deviceId ?? device.deviceId ?? ''
  return (
    <Select
      label={label}
      options={options}
      value={options.some(({ value }) => value === inUse) ? inUse : options[0]?.value}
      disabled={options.length < 2}
      onChange={(event) => void device.select(event.target.value || null)}
    />
  )
}
