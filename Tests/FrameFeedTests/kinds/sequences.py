def write(catalogue):
    pass
