import { glob, readFile, writeFile } from 'node:fs/promises'
import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/react/index.ts'],
  // CommonJS too: Jest's default, and TypeScript's `module: node16` from CommonJS.
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: 'es2022',
  // Only what is published: declarations of tests would be written beside their sources.
  tsconfig: 'tsconfig.build.json',
  dts: true,
  unbundle: true,
  // Or declarations would ask for the types of whatever the sources import.
  treeshake: { moduleSideEffects: 'no-external' },
  outExtensions: ({ format }) => (format === 'cjs' ? { js: '.cjs', dts: '.d.cts' } : { js: '.js', dts: '.d.ts' }),
  hooks: { 'build:done': makePeerTypesOptional },
})

/**
 * `twilio-video` is an optional peer: without it, a project that only makes calls must type-check all the same, and the
 * types of `join` become `any`. Runs after each format, on what is not so yet; plugins do not see CommonJS declarations.
 */
async function makePeerTypesOptional(): Promise<void> {
  for await (const file of glob('dist/**/*.d.{ts,cts}')) {
    const text = await readFile(file, 'utf8')
    const optional = text.replace(
      /(?<!optional peer\n)^import .* from "twilio-video";$/gm,
      '// @ts-ignore optional peer\n$&',
    )
    if (optional !== text) await writeFile(file, optional)
  }
}
