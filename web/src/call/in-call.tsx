import { useMessages, useParticipants } from '@roomkey/client/react'
import { useEffect, useRef, useState } from 'react'
import type { Room } from 'twilio-video'
import { DeviceNotices } from '../media/device-notices.tsx'
import { useMedia } from '../media/media-provider.tsx'
import { ReconnectingBanner } from '../ui/reconnecting-banner.tsx'
import { useToast } from '../ui/toast.tsx'
import { CallHeader } from './call-header.tsx'
import { ChatPanel } from './chat/chat-panel.tsx'
import { useUnread } from './chat/use-unread.ts'
import { ControlBar } from './controls/control-bar.tsx'
import { toggleFullscreen } from './controls/fullscreen.ts'
import { togglePictureInPicture } from './controls/picture-in-picture.ts'
import { useCopyLink } from './copy-link.ts'
import { CallDialog, type DialogName } from './dialogs/call-dialog.tsx'
import type { PanelName } from './panel.ts'
import { PeoplePanel } from './people/people-panel.tsx'
import { useArrivals } from './people/use-arrivals.ts'
import { useNamesInside } from './people/use-names-inside.ts'
import { RemoteAudio } from './stage/remote-audio.tsx'
import { Stage } from './stage/stage.tsx'
import { useSpeakers } from './stage/use-speakers.ts'
import { useRoomDetails } from './use-room-details.ts'
import { useShortcuts } from './use-shortcuts.ts'
import './in-call.css'

/** The call itself: the stage with everyone on it, the bar under it, chat and people beside it. */
export function InCall(props: { room: Room; isReconnecting: boolean; error: Error | null; onLeave: () => void }) {
  const { room, isReconnecting, error, onLeave } = props
  const participants = useParticipants(room)
  const speakers = useSpeakers(room)
  const messages = useMessages(room)
  const [panel, setPanel] = useState<PanelName | null>(null)
  const [draft, setDraft] = useState('')
  const [dialog, setDialog] = useState<DialogName | null>(null)
  const unread = useUnread(messages.messages, panel === 'chat')
  const stage = useRef<HTMLElement>(null)
  const toast = useToast()
  const openInvite = () => setDialog({ name: 'invite' })
  const copyLink = useCopyLink(room, openInvite)
  const onInvite = copyLink === null ? null : openInvite
  const audioOnly = useRoomDetails(room)?.audioOnly ?? false
  const media = useMedia()
  useArrivals(room)
  useNamesInside(room, participants)

  useEffect(() => {
    if (error !== null) toast('Part of your picture or sound did not get through. Turn it off and on again.', 'problem')
  }, [error, toast])

  const togglePanel = (name: PanelName) => setPanel((shown) => (shown === name ? null : name))
  const toggleScreen = () => {
    if (media.screen.status === 'on') media.screen.stop()
    else if (!audioOnly) void media.screen.start()
  }
  const pictureInPicture = () =>
    void togglePictureInPicture(stage.current).catch(() => toast('There is no picture to take out yet.'))

  useShortcuts(dialog === null, {
    microphone: media.toggleMicrophone,
    camera: () => (audioOnly ? undefined : media.toggleCamera()),
    screen: toggleScreen,
    chat: () => togglePanel('chat'),
    people: () => togglePanel('people'),
    link: () => copyLink?.copy(),
    pictureInPicture,
    fullscreen: toggleFullscreen,
    help: () => setDialog({ name: 'shortcuts' }),
    close: () => setPanel(null),
  })

  return (
    <div className={panel === null ? 'call' : 'call call-with-panel'}>
      <CallHeader room={room} people={participants.length + 1} copyLink={copyLink} />
      <main className="call-main">
        {isReconnecting && (
          <div className="call-reconnecting" role="alert">
            <ReconnectingBanner />
          </div>
        )}
        <DeviceNotices inCall />
        <Stage ref={stage} room={room} participants={participants} speakers={speakers} onInvite={onInvite} />
      </main>
      {panel === 'chat' && (
        <ChatPanel messages={messages} draft={draft} onDraft={setDraft} onClose={() => setPanel(null)} />
      )}
      {panel === 'people' && (
        <PeoplePanel
          room={room}
          participants={participants}
          speakers={speakers}
          onInvite={onInvite}
          onRemove={(participant) => setDialog({ name: 'remove', participant })}
          onClose={() => setPanel(null)}
        />
      )}
      <ControlBar
        room={room}
        panel={panel}
        unread={unread}
        people={participants.length + 1}
        onPanel={togglePanel}
        onScreen={toggleScreen}
        onDialog={(name) => setDialog({ name })}
        copyLink={copyLink}
        audioOnly={audioOnly}
        onPictureInPicture={pictureInPicture}
        onLeave={onLeave}
      />
      <RemoteAudio participants={participants} />
      {dialog !== null && <CallDialog dialog={dialog} room={room} onClose={() => setDialog(null)} />}
    </div>
  )
}
