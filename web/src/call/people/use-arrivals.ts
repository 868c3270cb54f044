import { useEffect } from 'react'
import type { RemoteParticipant, Room } from 'twilio-video'
import { displayName } from '../../display-name.ts'
import { useToast } from '../../ui/toast.tsx'

/** Shows who comes and who goes as toasts, which screen readers read out. */
export function useArrivals(room: Room): void {
  const toast = useToast()
  useEffect(() => {
    const onCome = ({ identity }: RemoteParticipant) => toast(`${displayName(identity).name} joined`)
    const onGo = ({ identity }: RemoteParticipant) => toast(`${displayName(identity).name} left`)
    room.on('participantConnected', onCome)
    room.on('participantDisconnected', onGo)
    return () => {
      room.off('participantConnected', onCome)
      room.off('participantDisconnected', onGo)
    }
  }, [room, toast])
}
