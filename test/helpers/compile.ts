import { join } from 'node:path'
import type tsModule from 'typescript'

type TypeScript = typeof tsModule

/** Source files that were parsed, by what they were parsed as: libraries take longer to parse than to check. */
const parsed = new Map<string, tsModule.SourceFile | undefined>()

/**
 * What a TypeScript says of a file of a project that is compiled with these options of a tsconfig.json, each message after the file that it
 * is about.
 */
export function compile(ts: TypeScript, project: string, file: string, json: object): string[] {
  const { options, errors } = ts.convertCompilerOptionsFromJson(json, project)
  const host = ts.createCompilerHost(options)
  const { getSourceFile } = host
  host.getCurrentDirectory = () => project
  host.getSourceFile = (path, version, ...rest) => {
    const key = `${ts.version} ${path} ${JSON.stringify(version)}`
    if (!parsed.has(key)) parsed.set(key, getSourceFile(path, version, ...rest))
    return parsed.get(key)
  }
  const program = ts.createProgram([join(project, file)], options, host)
  return [...errors, ...ts.getPreEmitDiagnostics(program)].map(
    ({ file, messageText }) => `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
  )
}
