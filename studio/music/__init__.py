"""The music model: frozen values on numpy and the standard library, knowing nothing of files, networks or windows."""
