"""What the service keeps on disk, a repository per aggregate."""
