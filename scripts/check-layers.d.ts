/** One line for each violation of the layers below `root/src`. */
export function checkLayers(root: string): string[]
