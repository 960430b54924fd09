export type BindingType = 'uniform' | 'read' | 'read_write'
export function bindingsOf(_: string): { name: string; binding: number; type: BindingType }[] {
  return []
}
