"""The rules' own code; a package, so that no other folder named `workflow` is taken for it."""
