/** The declared types, as users have them: see test/types, whose tsconfig.json is stricter than this project's. */
import { resolve } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const FOLDER = resolve(import.meta.dirname, '../types')
const { config } = ts.readConfigFile(resolve(FOLDER, 'tsconfig.json'), (path) => ts.sys.readFile(path))
const { options, fileNames, errors } = ts.parseJsonConfigFileContent(config, ts.sys, FOLDER)
const program = ts.createProgram(fileNames, options)

test('the configuration is right', () => {
  expect(errors).toEqual([])
  expect(program.getGlobalDiagnostics().map(textOf)).toEqual([])
  expect(program.getOptionsDiagnostics().map(textOf)).toEqual([])
})

test.each(fileNames.map((path) => path.slice(FOLDER.length + 1)))('test/types/%s has no error', (name) => {
  const file = program.getSourceFile(resolve(FOLDER, name))!
  expect([...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(textOf)).toEqual([])
})

function textOf({ file, start, messageText }: ts.Diagnostic): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0
  return `line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
}
