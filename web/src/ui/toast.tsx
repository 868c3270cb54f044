import { createContext, use, useCallback, useEffect, useMemo, useRef, useState, type ReactNode } from 'react'
import './toast.css'

type Toast = { id: number; text: string; tone: 'info' | 'problem' }
/** Gives what takes the message away before its time. */
type ShowToast = (text: string, tone?: Toast['tone']) => () => void

const ToastContext = createContext<ShowToast>(() => () => {})
const SHOWN_MS = 5_000

/** Shows a short message that asks for nothing. Screen readers read it out, and it goes by itself. */
export function useToast(): ShowToast {
  return use(ToastContext)
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<Toast[]>([])
  const nextId = useRef(0)
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>())

  const show = useCallback<ShowToast>((text, tone = 'info') => {
    const id = nextId.current++
    // The same message twice is one toast: it would only push others away.
    setToasts((shown) => [...shown.filter((toast) => toast.text !== text).slice(-2), { id, text, tone }])
    const hide = () => setToasts((shown) => shown.filter((toast) => toast.id !== id))
    const timer = setTimeout(() => {
      timers.current.delete(timer)
      hide()
    }, SHOWN_MS)
    timers.current.add(timer)
    return hide
  }, [])

  useEffect(() => {
    const pending = timers.current
    return () => pending.forEach(clearTimeout)
  }, [])

  const list = useMemo(() => toasts.map((toast) => <ToastItem key={toast.id} {...toast} />), [toasts])
  return (
    <ToastContext value={show}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {list}
      </div>
    </ToastContext>
  )
}

function ToastItem({ text, tone }: Omit<Toast, 'id'>) {
  return <p className={`toast toast-${tone}`}>{text}</p>
}
