scenario "fixture" {}

locals { a = var.n }
variable "n" {
  default     = 1
  description = local.a # ERROR: Nothing to refer to
}
