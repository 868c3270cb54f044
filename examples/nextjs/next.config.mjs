const root = import.meta.dirname

export default {
  // The server stays a package of Node's: it loads what it needs when it needs it.
  serverExternalPackages: ['@roomkey/server'],
  distDir: process.env.DIST,
  outputFileTracingRoot: root,
  turbopack: { root },
}
