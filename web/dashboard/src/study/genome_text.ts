// Genomes as the points carry them: one character per gene, the choice's index plus 48; '-' is a gene that does nothing here. Pure.

/** The choice's index; null where the gene is dead. */
export function choiceOf(genome: string, gene: number): number | null {
  const code = genome.charCodeAt(gene);
  return Number.isNaN(code) || code < 48 ? null : code - 48;
}
