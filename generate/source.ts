import { proceduresOf, type AnyProcedure, type ContractOf } from '@roomkey/shared'
import { nameSchemas, type JsonSchema } from '@roomkey/shared/openapi'

/** One procedure, and the names of the types it is made of. */
export interface NamedProcedure extends AnyProcedure {
  router: string
  /** Within its router. */
  name: string
  /** `rooms.create`. */
  fullName: string
  /** `undefined`: it takes no input. */
  inputType: string | undefined
  /** Whether the whole input may be left out. */
  isInputOptional: boolean
  outputType: string
}

/** What every generator works from: the procedures, and the schemas of their types by name. */
export interface Source {
  procedures: readonly NamedProcedure[]
  types: Readonly<Record<string, JsonSchema>>
}

/**
 * Reads a contract.
 *
 * @param schemas the module that exports its schemas as `XSchema`, beside types called `X`
 * @throws TypeError for an input or output that is not exported: its type would have no name
 */
export function readContract<TContract extends ContractOf<TContract>>(
  contract: TContract,
  schemas: Readonly<Record<string, unknown>>,
): Source {
  const { byName, nameOf } = nameSchemas(schemas)
  const procedures = proceduresOf(contract).map(([fullName, procedure]): NamedProcedure => {
    const [router = '', name = ''] = fullName.split('.')
    const { input, output } = procedure
    const outputType = nameOf(output)
    const inputType = input === null ? undefined : nameOf(input)
    if (outputType === undefined || (input !== null && inputType === undefined)) {
      throw new TypeError(`${fullName}: its input and output must be exported schemas`)
    }
    const isInputOptional = input?.safeParse(undefined).success ?? true
    return { ...procedure, router, name, fullName, inputType, isInputOptional, outputType }
  })
  return { procedures, types: byName }
}

/** The procedures of each router, in the order of declaration. */
export function byRouter({ procedures }: Source): [router: string, procedures: NamedProcedure[]][] {
  return [...Map.groupBy(procedures, ({ router }) => router)]
}
