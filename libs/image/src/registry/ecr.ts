/** A private ECR registry: account, region, domain of the partition (AWS, "Private registries"). */
const ecrHost =
  /^\d{12}\.dkr[.-]ecr(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-\d)\.(?:amazonaws\.com(?:\.cn)?|on\.(?:aws|amazonwebservices\.com\.cn))$/;

/** The region of a private Amazon ECR registry. Returns undefined for other hosts. */
export function ecrRegion(host: string): string | undefined {
  return ecrHost.exec(host)?.[1];
}
