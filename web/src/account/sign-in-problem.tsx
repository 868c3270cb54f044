import { useEffect } from 'react'
import { useToast } from '../ui/toast.tsx'

/** Says once that signing in did not work. */
export function SignInProblem({ problem }: { problem: string | null }) {
  const showToast = useToast()
  useEffect(() => {
    if (problem !== null) showToast(problem, 'problem')
  }, [problem, showToast])
  return null
}
