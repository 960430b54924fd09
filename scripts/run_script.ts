/**
 * Runs a script: reads what its arguments choose, and exits with what `main` gives, or with 2 and the message where they are wrong.
 */
export async function runScript<Choice>(
  choiceOf: (args: string[]) => Choice,
  main: (choice: Choice) => Promise<number>,
): Promise<void> {
  let choice: Choice
  try {
    choice = choiceOf(process.argv.slice(2))
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 2
    return
  }
  process.exitCode = await main(choice)
}
