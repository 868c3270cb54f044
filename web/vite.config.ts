import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Where the Roomkey server listens during development. */
const server = process.env.ROOMKEY_SERVER ?? 'http://127.0.0.1:5000'

export default defineConfig({
  plugins: [react(), preloadFont()],
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

/** Asks for the typeface with the page rather than after its styles, so that it is there for the first painting. */
function preloadFont(): Plugin {
  return {
    name: 'roomkey:preload-font',
    transformIndexHtml: (_html, { bundle }) =>
      Object.keys(bundle ?? {})
        .filter((file) => file.endsWith('.woff2'))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `/${file}`, crossorigin: true },
          injectTo: 'head-prepend',
        })),
  }
}
