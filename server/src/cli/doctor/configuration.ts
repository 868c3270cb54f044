import { ConfigError, findMisspelled, parseConfig, type Config } from '../../config/config.ts'
import { EnvFileError } from '../env-file.ts'
import type { Environment } from '../environment.ts'
import { failed, ok, warning, type Finding } from './finding.ts'

/** The configuration of the server here, if there is one, and whether it is what was meant. */
export function readConfiguration(
  readEnvironment: () => Environment,
  options: { hasSignIn: boolean },
): { config?: Config; finding: Finding } {
  try {
    const environment = readEnvironment()
    return { config: parseConfig(environment, options), finding: judgeNames(environment) }
  } catch (error) {
    if (error instanceof ConfigError) return { finding: failed(error.problems.join('; ')) }
    if (error instanceof EnvFileError) return { finding: failed(error.message) }
    throw error
  }
}

function judgeNames(environment: Environment): Finding {
  const misspelled = findMisspelled(environment)
  if (misspelled.length === 0) return ok('every variable that is set can be read')
  return warning(misspelled.map(({ name, meant }) => `${name} is not read: is ${meant} meant?`).join(' '))
}
