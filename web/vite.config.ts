import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where the Roomkey server listens during development. */
const server = process.env.ROOMKEY_SERVER ?? 'http://127.0.0.1:5000'

export default defineConfig({
  plugins: [react()],
  build: {
    // Today's evergreen browsers, so that nesting and light-dark() are shipped as written.
    target: ['chrome125', 'edge125', 'firefox128', 'safari18'],
    // Nothing becomes a data: URL, so that a strict content security policy needs no exception.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  server: {
    proxy: {
      '/trpc': server,
      '/emulator': { target: server, ws: true },
    },
  },
})
