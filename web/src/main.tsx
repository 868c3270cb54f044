import { RoomkeyProvider } from '@roomkey/client/react'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { roomkey, queryClient } from './api.ts'
import { SignInProblem } from './account/sign-in-problem.tsx'
import { App } from './app.tsx'
import { MediaProvider } from './media/media-provider.tsx'
import { finishSignIn } from './oidc/tokens.ts'
import { ToastProvider } from './ui/toast.tsx'
import './styles/tokens.css'
import './styles/base.css'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

const problem = await finishSignIn()

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RoomkeyProvider client={roomkey}>
        <MediaProvider>
          <ToastProvider>
            <SignInProblem problem={problem} />
            <App />
          </ToastProvider>
        </MediaProvider>
      </RoomkeyProvider>
    </QueryClientProvider>
  </StrictMode>,
)
