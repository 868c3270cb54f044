import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Where the Roomkey server listens during development. */
const server = process.env.ROOMKEY_SERVER ?? 'http://127.0.0.1:5000'

export default defineConfig({
  // Every address is relative to index.html's <base>, so that the page works below any path.
  base: './',
  plugins: [react(), preloadFont(), importWithoutEval(), compressFiles()],
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
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', href: `./${file}`, crossorigin: true },
          // After <base>, which it is relative to.
          injectTo: 'head',
        })),
  }
}

/**
 * `twilio-video` makes its `import()` from a string, for bundlers of old. A strict content security policy forbids
 * that and with it the whole SDK, so this one expression is written out; the rest of the SDK is as published.
 * Source: twilio-video README, "Content Security Policy", which asks for `unsafe-eval` instead.
 */
function importWithoutEval(): Plugin {
  const evaluated = `new Function('url', 'return import(url);')`
  return {
    name: 'roomkey:import-without-eval',
    transform: {
      filter: { id: /twilio-video\/es5\/util\/dynamicimport\.js$/ },
      handler(code) {
        if (!code.includes(evaluated)) this.error('twilio-video has changed: look again at how it makes its import()')
        return { code: code.replace(evaluated, '(url) => import(/* @vite-ignore */ url)'), map: null }
      },
    },
  }
}

/** Puts a `.br` and a `.gz` beside each text file, for the server to send as they are. */
function compressFiles(): Plugin {
  let directory = ''
  return {
    name: 'roomkey:compress-files',
    apply: 'build',
    configResolved(config) {
      directory = join(config.root, config.build.outDir)
    },
    closeBundle() {
      for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(?:html|js|css|svg|json|txt)$/.test(entry.name)) continue
        const file = join(entry.parentPath, entry.name)
        const text = readFileSync(file)
        writeFileSync(`${file}.br`, brotliCompressSync(text))
        writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }))
      }
    },
  }
}
