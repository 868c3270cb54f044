/** How a package for Node is built for publishing. Its own `tsdown.config.ts` says what it is entered by. */
export const nodeBuild = {
  platform: 'node',
  target: 'node22.12',
  // Only what is published: declarations of tests would be written beside their sources.
  tsconfig: 'tsconfig.build.json',
  dts: { entry: 'src/index.ts' },
  // One file each, as the sources: a part that is loaded late stays late, and a stack leads to its place.
  unbundle: true,
  // Or declarations would ask for the types of whatever the sources import.
  treeshake: { moduleSideEffects: 'no-external' },
  outExtensions: () => ({ js: '.js', dts: '.d.ts' }),
} as const
